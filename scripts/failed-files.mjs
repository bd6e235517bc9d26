// A reporter of Node's test runner: the file of every test that failed, a line each.
export default async function* failedFiles(source) {
  for await (const { type, data } of source) if (type === "test:fail" && data.file) yield `${data.file}\n`;
}
