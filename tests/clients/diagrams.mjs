// Parses the Mermaid diagrams of diagrams.json, a list of texts.
import { readFileSync } from "node:fs";
import mermaid from "mermaid";

for (const text of JSON.parse(readFileSync("diagrams.json", "utf8"))) {
  try {
    await mermaid.parse(text);
  } catch (error) {
    console.error(`${text}\n${error}`);
    process.exitCode = 1;
  }
}
