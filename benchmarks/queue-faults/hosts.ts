// Hosts on this machine: each a network namespace with an address of its own, all on one bridge. A host whose link is down
// is cut off from the others as by a pulled cable: nothing tells either side.
import { spawnSync } from "node:child_process";

const NETWORK = "10.77.77";
/** The machine itself on the bridge. */
const OWN = `${NETWORK}.254`;

export class Hosts {
  private readonly prefix: string;
  private readonly count: number;

  private constructor(prefix: string, count: number) {
    this.prefix = prefix;
    this.count = count;
  }

  /** Makes so many hosts. Undefined without root or the program `ip`: then there are none. */
  static open(count: number): Hosts | undefined {
    const hosts = new Hosts(`ash${process.pid % 100_000}`, count);
    try {
      hosts.make();
      return hosts;
    } catch {
      hosts.close();
      return undefined;
    }
  }

  address(host: number): string {
    return `${NETWORK}.${host + 1}`;
  }

  /** A command line that runs on a host. */
  on(host: number, ...command: readonly string[]): readonly [string, ...string[]] {
    return ["ip", "netns", "exec", this.name(host), ...command];
  }

  setLink(host: number, state: "up" | "down"): void {
    ip("link", "set", this.link(host), state);
  }

  close(): void {
    for (let host = 0; host < this.count; host++)
      spawnSync("ip", ["netns", "del", this.name(host)], { stdio: "ignore" });
    spawnSync("ip", ["link", "del", this.bridge], { stdio: "ignore" });
  }

  private make(): void {
    ip("link", "add", this.bridge, "type", "bridge");
    ip("addr", "add", `${OWN}/24`, "dev", this.bridge);
    ip("link", "set", this.bridge, "up");
    for (let host = 0; host < this.count; host++) {
      const name = this.name(host);
      ip("netns", "add", name);
      ip("link", "add", this.link(host), "type", "veth", "peer", "name", "eth0", "netns", name);
      ip("link", "set", this.link(host), "master", this.bridge, "up");
      ip("-n", name, "addr", "add", `${this.address(host)}/24`, "dev", "eth0");
      ip("-n", name, "link", "set", "eth0", "up");
      ip("-n", name, "link", "set", "lo", "up");
    }
  }

  private get bridge(): string {
    return `${this.prefix}b`;
  }

  private name(host: number): string {
    return `${this.prefix}-${host}`;
  }

  private link(host: number): string {
    return `${this.prefix}v${host}`;
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr ?? error?.message}`);
}
