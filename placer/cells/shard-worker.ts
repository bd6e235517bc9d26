// A thread of a ShardTeam.
import { workerData } from "node:worker_threads";
import { Kernels } from "../../kernels/index.js";
import { type TeamMember, workInTeam } from "./shard-team.js";

const member = workerData as TeamMember;
workInTeam(Kernels.attach(member.handle), member);
