// The default project.

import { facts, keep, kept } from "../connection";
import { check, equal, expect, expectRefusal, run, same } from "../scenario";
import { account } from "./account";
import { logout, sessionsDestroy, sessionsEndOthers, sessionsList } from "./client";
import type { SessionsDestroyData } from "./client";
import { pair } from "./pair";
import { students } from "./students";

same<SessionsDestroyData["path"]["id"], string>(true);

// A session that another one ends is refused immediately.
async function endSession(): Promise<void> {
  const { results } = expect(await sessionsList(), 200);
  const [current] = results.filter((session) => session.current);
  check(current);
  const old = kept.access;
  expect(await pair.logIn(facts.login, facts.password), 200);
  equal((await sessionsDestroy({ path: { id: current.id } })).response.status, 204);
  const latest = { ...kept };
  keep(old);
  expectRefusal(await students.list(1), 401, "session_ended");
  keep(latest.access, latest.refresh);
  equal((await sessionsEndOthers()).response.status, 204);
}

const tokens = { ...pair, logOut: () => logout({ body: { refresh: kept.refresh } }) };
await run(tokens, account, students, endSession);
