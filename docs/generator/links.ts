/** Relative links in what people wrote: the file is there, and so is the heading that the link names. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const topLevel = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "packaging/README.md"];

/** The Markdown files whose links are checked, relative to `root`. */
export function writtenPages(root: string): readonly string[] {
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name));
  return [...topLevel.filter((name) => existsSync(join(root, name))), ...below].sort();
}

/** One sentence for each link of `page` that leads nowhere. */
export function brokenLinks(root: string, page: string): readonly string[] {
  const file = join(root, page);
  const faults: string[] = [];
  for (const target of linksIn(readFileSync(file, "utf8"))) {
    const [path = "", anchor] = target.split("#", 2);
    const to = path === "" ? file : resolve(dirname(file), decodeURIComponent(path));
    if (relative(root, to).startsWith("..") || !existsSync(to))
      faults.push(`${page}: the link to ${target} leads nowhere`);
    else if (anchor !== undefined && anchor !== "" && !hasAnchor(to, decodeURIComponent(anchor)))
      faults.push(`${page}: there is no heading for the link to ${target}`);
  }
  return faults;
}

/** Targets of inline links, images and reference definitions that have no scheme; code is no link. */
function linksIn(text: string): readonly string[] {
  const prose = withoutCode(text);
  const inline = [...prose.matchAll(/\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\))?)>?(?:\s+"[^"]*")?\s*\)/g)];
  const defined = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm)];
  return [...inline, ...defined]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target));
}

function hasAnchor(file: string, anchor: string): boolean {
  if (statSync(file).isDirectory() || !file.endsWith(".md")) return true;
  const text = withoutCode(readFileSync(file, "utf8"), "keep inline");
  const seen = new Map<string, number>();
  for (const [, heading = ""] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    if ((count === 0 ? slug : `${slug}-${count}`) === anchor) return true;
  }
  return new RegExp(`<a (?:id|name)="${anchor.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}"`).test(text);
}

/** As the common forges make them: lower case, spaces to hyphens, punctuation gone. */
function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
}

function withoutCode(text: string, inline?: "keep inline"): string {
  const fenceless = text.replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, "").replace(/<!--[\s\S]*?-->/g, "");
  return inline === undefined ? fenceless.replace(/`[^`\n]*`/g, "") : fenceless;
}
