/** Keeps the user logged in, in all tabs of the page. docs/recipes/browser-client.md explains it. */

export interface Tokens<Credentials> {
  /** Returns an access token. Throws if the server refuses the credentials. */
  logIn(credentials: Credentials): Promise<string>;
  /** Returns an access token, or null if the login has ended. Throws if the server is unavailable. */
  refresh(): Promise<string | null>;
  /** Throws if the server is unavailable. */
  logOut(): Promise<void>;
}

export function createAuth<Credentials>(
  tokens: Tokens<Credentials>,
  onChange: (loggedIn: boolean) => void,
) {
  // null: logged out. undefined: not known yet, because the page has just been loaded.
  let access: string | null | undefined;
  let refreshing: Promise<void> | undefined;

  const channel = new BroadcastChannel("auth");
  channel.onmessage = (event: MessageEvent<string | null>) => change(event.data);

  function change(token: string | null): void {
    access = token;
    onChange(token !== null);
  }

  function changeAllTabs(token: string | null): void {
    change(token);
    channel.postMessage(token);
  }

  // A refresh token can be used once, so one tab at a time uses it.
  async function exclusively(action: () => Promise<void>): Promise<void> {
    await navigator.locks.request("auth", action);
  }

  // Concurrent requests share one refresh.
  function refresh(): Promise<void> {
    const expired = access;
    refreshing ??= exclusively(async () => {
      // Another tab may have refreshed or logged out in the meantime.
      if (access === expired) changeAllTabs(await tokens.refresh());
    }).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  function send(request: Request, token: string | null | undefined): Promise<Response> {
    if (token) request.headers.set("Authorization", `Bearer ${token}`);
    return fetch(request);
  }

  return {
    /** Does what `fetch` does, with an access token. Sends a request again after a refresh. */
    async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
      const request = new Request(input, init);
      if (access === undefined) await refresh();
      const sent = access;
      const response = await send(request.clone(), sent);
      if (response.status !== 401 || !sent) return response;
      if (access === sent) await refresh();
      return access ? send(request, access) : response;
    },

    logIn(credentials: Credentials): Promise<void> {
      return exclusively(async () => changeAllTabs(await tokens.logIn(credentials)));
    },

    logOut(): Promise<void> {
      return exclusively(async () => {
        await tokens.logOut();
        changeAllTabs(null);
      });
    },
  };
}
