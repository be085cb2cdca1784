/** A page that logs in, sends requests and logs out. */

import { createAuth } from "./auth";
import { studentsCreate, studentsList, usersMeRetrieve } from "./client";
import { client } from "./client/client.gen";
import { tokens } from "./tokens";

declare const API_URL: string;

function find<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found as T;
}

function show(id: string, text: string): void {
  find(id).textContent = text;
}

const auth = createAuth(tokens, (loggedIn) => show("login", loggedIn ? "logged in" : "logged out"));
client.setConfig({ baseUrl: API_URL, fetch: auth.fetch });

/** Returns a function that shows the result of an action, or that it has failed. */
function showing(action: () => Promise<string>): () => void {
  return () => {
    show("result", "");
    action().then(
      (result) => show("result", result),
      () => show("result", "failed"),
    );
  };
}

async function load(): Promise<string> {
  const [me, ...lists] = await Promise.all([usersMeRetrieve(), studentsList(), studentsList()]);
  const counts = lists.map(({ data, response }) => data?.count ?? response?.status ?? "failed");
  return [me.data?.username ?? me.response?.status ?? "failed", ...counts].join(" ");
}

find("start").onclick = showing(async () => {
  const value = (name: string) => find<HTMLInputElement>(name).value;
  await auth.logIn({ username: value("username"), password: value("password") });
  return "done";
});
find("load").onclick = showing(load);
find("add").onclick = showing(async () => {
  const { data } = await studentsCreate({ body: { name: "Ada", roll: 1, city: "London" } });
  return data?.name ?? "failed";
});
find("end").onclick = showing(async () => {
  await auth.logOut();
  return "done";
});
