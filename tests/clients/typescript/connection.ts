// What a browser and a proxy add to requests: cookies, and the address of the client.

export interface Facts {
  url: string;
  address: string;
  login: string;
  password: string;
}

declare const process: { argv: string[] };

export const facts = JSON.parse(process.argv[2] ?? "") as Facts;
export const cookies = new Map<string, string>();

export async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  request.headers.set("X-Forwarded-For", facts.address);
  const header = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  if (header) request.headers.set("Cookie", header);
  const response = await fetch(request);
  for (const cookie of response.headers.getSetCookie()) {
    const [pair = ""] = cookie.split(";");
    const [name = "", value = ""] = pair.split("=");
    if (value && value !== '""') cookies.set(name, value);
    else cookies.delete(name);
  }
  return response;
}

// The tokens of the client.
export const kept = { access: "", refresh: "" };

export function keep(access: string, refresh = ""): void {
  kept.access = access;
  kept.refresh = refresh;
}
