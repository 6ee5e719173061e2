using Workerd = import "/workerd/workerd.capnp";

# One worker, and a port for each of its servers, which workerd chooses and tells.
const config :Workerd.Config = (
  services = [
    (name = "servers", worker = .servers),
    # The virtual Google is on this machine.
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [
    (name = "token", address = "127.0.0.1:0", http = (), service = (name = "servers", entrypoint = "token")),
    (name = "binding", address = "127.0.0.1:0", http = (), service = (name = "servers", entrypoint = "binding")),
    (name = "shapes", address = "127.0.0.1:0", http = (), service = (name = "servers", entrypoint = "shapes")),
    (name = "signatures", address = "127.0.0.1:0", http = (), service = (name = "servers", entrypoint = "signatures")),
    (name = "body", address = "127.0.0.1:0", http = (), service = (name = "servers", entrypoint = "body")),
    (name = "enrollment", address = "127.0.0.1:0", http = (), service = (name = "servers", entrypoint = "enrollment")),
  ],
);

const servers :Workerd.Worker = (
  modules = [(name = "serve-worker", esModule = embed "serve-worker.js")],
  compatibilityDate = "2025-09-01",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [
    (name = "CONFORMANCE_AUTHORITIES", fromEnvironment = "CONFORMANCE_AUTHORITIES"),
    (name = "NODE_ENV", fromEnvironment = "NODE_ENV"),
  ],
);
