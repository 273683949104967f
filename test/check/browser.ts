/** Debian's Chromium, by its own protocol (CDP): enough to open a page, look at it, and press keys. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((file) => existsSync(file));

export interface Page {
  /** What the page's own script would see. */
  evaluate<T>(expression: string): Promise<T>;
  emulate(width: number, scheme: "light" | "dark"): Promise<void>;
  press(key: keyof typeof keyCodes): Promise<void>;
  /** Errors, refused requests and exceptions so far. */
  readonly complaints: readonly string[];
}

const startTimeoutMs = 30_000;
const keyCodes = {
  Tab: { windowsVirtualKeyCode: 9 },
  Enter: { windowsVirtualKeyCode: 13, text: "\r" },
  End: { windowsVirtualKeyCode: 35 },
} as const;

export async function withPage(url: string, work: (page: Page) => Promise<void>): Promise<void> {
  if (chromium === undefined) throw new Error("no Chromium");
  const profile = mkdtempSync(join(tmpdir(), "surehop-chromium-"));
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0"];
  const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<void>((resolve) => browser.once("exit", () => resolve()));
  try {
    const port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Chromium did not start")), startTimeoutMs);
      let said = "";
      browser.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const found = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(said)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(Number(found));
      });
    });
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as readonly {
      readonly type: string;
      readonly webSocketDebuggerUrl: string;
    }[];
    const target = targets.find(({ type }) => type === "page");
    if (target === undefined) throw new Error("Chromium shows no page");
    await drive(target.webSocketDebuggerUrl, url, work);
  } finally {
    browser.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

async function drive(endpoint: string, url: string, work: (page: Page) => Promise<void>): Promise<void> {
  const socket = new WebSocket(endpoint);
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  const complaints: string[] = [];
  let loaded = (): void => {};
  socket.addEventListener("message", ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    const asked = answer.id === undefined ? undefined : waiting.get(answer.id);
    if (asked !== undefined && answer.error !== undefined) asked.reject(new Error(answer.error.message));
    else asked?.resolve(answer.result);
    if (answer.method === "Page.loadEventFired") loaded();
    const isComplaint = answer.method === "Runtime.exceptionThrown" || answer.method === "Log.entryAdded";
    if (isComplaint) complaints.push(JSON.stringify(answer.params));
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("no way to Chromium")));
  });
  let id = 0;
  const send = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.set(++id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
    });
  for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`);
  const load = new Promise<void>((resolve) => (loaded = resolve));
  await send("Page.navigate", { url });
  await load;
  await work({
    complaints,
    async evaluate<T>(expression: string): Promise<T> {
      const said = (await send("Runtime.evaluate", { expression, returnByValue: true })) as {
        readonly result: { readonly value: T };
        readonly exceptionDetails?: unknown;
      };
      if (said.exceptionDetails !== undefined) throw new Error(JSON.stringify(said.exceptionDetails));
      return said.result.value;
    },
    async emulate(width, scheme) {
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height: 800,
        deviceScaleFactor: 1,
        mobile: width < 500,
      });
      await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    },
    async press(key) {
      const code = keyCodes[key];
      await send("Input.dispatchKeyEvent", { type: "keyDown", key, ...code });
      await send("Input.dispatchKeyEvent", { type: "keyUp", key, ...code });
    },
  });
  socket.close();
}

/** The least contrast between text and what is behind it, of all elements with text of their own (WCAG 2.2, 1.4.3: 4.5). */
export const leastContrast = `(() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const behind = (element) => {
    for (let one = element; one !== null; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const texts = [...document.querySelectorAll("main *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ""));
  return Math.min(...texts.map((element) => {
    const pair = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  }));
})()`;
