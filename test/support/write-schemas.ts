// The schemas of commands' outputs as files of the package. Run: npm run -s docs:schemas
import { mkdirSync, writeFileSync } from "node:fs";
import { OUTPUT_SCHEMAS, schemaText } from "../../flow/index.js";

mkdirSync("schemas", { recursive: true });
for (const command of Object.keys(OUTPUT_SCHEMAS))
  writeFileSync(`schemas/${command}.json`, schemaText(command));
