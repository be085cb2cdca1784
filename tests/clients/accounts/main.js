// The page of all links: FRONTEND_URL/<path>#<token>
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
const field = (name) => document.getElementById(name).value;

async function post(path, body, access) {
  const headers = { "Content-Type": "application/json" };
  if (access) headers.Authorization = `Bearer ${access}`;
  const options = body && { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`${API_URL}/api/${path}`, { headers, ...options });
  return [response.status, response.status === 204 ? null : await response.json()];
}

const actions = {
  register: () => post("users/", { email: field("email") }),
  forget: () => post("password/reset/", { email: field("email") }),
  save: () => {
    const paths = { "/users/confirm": "users/confirm/", "/password/reset": "password/reset/confirm/" };
    return post(paths[location.pathname], { token, password: field("password") });
  },
  login: async () => {
    const credentials = { email: field("email"), password: field("password") };
    const [status, tokens] = await post("token/", credentials);
    return status === 200 ? post("users/me/", null, tokens.access) : [status, tokens];
  },
};
document.getElementById("form").onsubmit = async (event) => {
  event.preventDefault();
  const [status, body] = await actions[event.submitter.id]();
  document.getElementById("result").value = [status, body?.email ?? body?.code ?? ""].join(" ").trim();
};
