// The default project.

import { facts, keep, kept } from "../connection";
import { check, equal, expect, expectRefusal, run, same } from "../scenario";
import { account } from "./account";
import { client } from "./client";
import { pair } from "./pair";
import type { operations } from "./schema";
import { students } from "./students";

same<operations["sessions_destroy"]["parameters"]["path"]["id"], string>(true);

// A session that another one ends is refused immediately.
async function endSession(): Promise<void> {
  const { results } = expect(await client.GET("/api/sessions/"), 200);
  const [current] = results.filter((session) => session.current);
  check(current);
  const old = kept.access;
  expect(await pair.logIn(facts.login, facts.password), 200);
  const params = { path: { id: current.id } };
  equal((await client.DELETE("/api/sessions/{id}/", { params })).response.status, 204);
  const latest = { ...kept };
  keep(old);
  expectRefusal(await students.list(1), 401, "session_ended");
  keep(latest.access, latest.refresh);
  equal((await client.DELETE("/api/sessions/")).response.status, 204);
}

const logOut = () => client.POST("/api/token/blacklist/", { body: { refresh: kept.refresh } });
await run({ ...pair, logOut }, account, students, endSession);
