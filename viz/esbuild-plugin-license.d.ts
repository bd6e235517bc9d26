// The package has types, but its `exports` do not lead to them; these are the parts that build-page.ts uses.
declare module "esbuild-plugin-license" {
  import type { Plugin } from "esbuild";

  export interface Dependency {
    readonly packageJson: {
      readonly name: string;
      readonly version: string;
      readonly license: string;
      readonly author?: string | { readonly name: string };
    };
    readonly licenseText: string;
  }

  export default function licenses(options: {
    readonly banner: string;
    readonly thirdParty: {
      readonly output: {
        readonly file: string;
        readonly template: (dependencies: readonly Dependency[]) => string;
      };
    };
  }): Plugin;
}
