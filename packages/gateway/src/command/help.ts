/** What `--help` shows, by command. */
export const HELP = {
  'attestkit-gateway': `attestkit-gateway: lets only your own genuine app reach an API, in any language

Usage
  attestkit-gateway --config FILE            start
  attestkit-gateway check-config FILE        find mistakes; explain a request
  attestkit-gateway print-config PROXY FILE  for nginx, Caddy, HAProxy, Traefik
                                             and Envoy: what makes them ask it
  attestkit-gateway init [FILE]              write a first configuration
  attestkit-gateway pins CERT KEY            pins of the API's keys, for the app
  attestkit-gateway inspector                a page that checks any evidence
  attestkit-gateway help COMMAND             more, with examples
  attestkit-gateway --version

Try it
  attestkit-gateway init
  export APPROOV_BASE64_SECRET="$(openssl rand -base64 64 | tr -d '\\n')"
  attestkit-gateway check-config gateway.yaml
  attestkit-gateway check-config gateway.yaml --request 'GET /v1/shapes'
  attestkit-gateway --config gateway.yaml

SIGTERM and SIGINT stop it: requests that have begun are answered before.
Exit status: 0 done, 1 the configuration has a mistake, 2 the command cannot be
carried out
`,
  'check-config': `attestkit-gateway check-config FILE: find mistakes; explain a request

Each mistake is one line: file, line, column, field, what is wrong, what to do.
Without a mistake it shows the routes with what they ask, and which of two
routes decides if both match a request.

Examples
  attestkit-gateway check-config gateway.yaml
  attestkit-gateway check-config gateway.yaml --proxy nginx
  attestkit-gateway check-config gateway.yaml --request 'POST /v1/transfers'
  attestkit-gateway check-config gateway.yaml --request 'GET /v1/shapes' \\
      --header "Approov-Token: $(attestkit token)"

Options
  --request 'METHOD TARGET'  which routes match, which one decides and why, and
                             what the guard answers. The request has no body,
                             and no device has enrolled: sessions are refused
  --host NAME                the request's host, for routes that have one
  --header 'NAME: VALUE'     a header field of the request; may be repeated
  --proxy PROXY              also check whether this proxy can ask about all
                             routes: nginx, caddy, haproxy, traefik or envoy
  --json                     {"file", "valid", "problems": [{"file", "line",
                             "column", "field", "says", "remedy"}], "routes",
                             "overlaps"}; of a request {"readings", "matches",
                             "decides", "why", "upstream", "answer"}
  -h, --help

Exit status: 0 valid (whatever becomes of the request), 1 a mistake, 2 the
command cannot be carried out
`,
  'print-config': `attestkit-gateway print-config PROXY FILE: write the configuration of a proxy

It is made of the gateway's configuration: where the gateway and the API are,
the routes, the fields. The proxy asks the gateway before it passes a request
on, and the request is refused if the gateway does not answer. It is printed
again after each change of the configuration.

Examples
  attestkit-gateway print-config nginx gateway.yaml > /etc/nginx/conf.d/api.conf
  attestkit-gateway print-config caddy gateway.yaml > /etc/caddy/Caddyfile
  attestkit-gateway print-config haproxy gateway.yaml > /etc/haproxy/haproxy.cfg
  attestkit-gateway print-config haproxy-lua gateway.yaml \\
      > /etc/haproxy/attestkit.lua
  attestkit-gateway print-config traefik gateway.yaml > dynamic/attestkit.yaml
  attestkit-gateway print-config envoy gateway.yaml > envoy.yaml

It needs in the configuration: authorization, which the proxy asks; upstreams;
and traffic if devices enroll, since it has their endpoints.

Options
  --listen ADDRESS  where the proxy listens (default 0.0.0.0:80). Certificates
                    are the proxy's own matter: add them to what is printed
  -h, --help

A route that verifies signed bodies is refused for nginx, Caddy and HAProxy:
they do not hand bodies over.
`,
  init: `attestkit-gateway init [FILE]: write a first configuration, with comments

It never writes over an existing file. Default: gateway.yaml

Examples
  attestkit-gateway init
  attestkit-gateway init /etc/attestkit/gateway.yaml

Options
  -h, --help
`,
  pins: `attestkit-gateway pins CERT|KEY|HOST:PORT...: write pins of the API's keys

A pin is the base64 of the SHA-256 of a SubjectPublicKeyInfo: of the key, which
stays when the certificate is renewed with it. Give the current certificate,
and the backup key: an app with one pin alone cannot reach the API once that
key is lost. Keep the backup key offline. It prints the lines that Android and
iOS want.

Examples
  openssl ecparam -name prime256v1 -genkey -noout -out backup.pem
  attestkit-gateway pins api.example.com:443 backup.pem
  attestkit-gateway pins fullchain.pem backup.pem --domain api.example.com

An argument is a file with a certificate, a private key or a public key (PEM or
DER; of several certificates the first one counts), or a server, whose
certificate has to be valid.

Options
  --domain NAME  the domain that is pinned (default: the server's name, else the
                 first name in a certificate)
  --json         {"domain", "pins": [{"of", "pin", "validTo"}]}
  -h, --help
`,
  inspector: `attestkit-gateway inspector: a page that checks any evidence

It shows every check of a token, an attestation, a certificate chain or a
verdict that you paste, the failed one first, with its cause and its remedy. It
needs no configuration. Evidence stays on this machine: nothing of it is kept
or logged. A gateway with admin has the same page.

Examples
  attestkit-gateway inspector
  attestkit-gateway inspector --listen 127.0.0.1:9000

Options
  --listen ADDRESS  the address of the page (default 127.0.0.1:8004): one that
                    other machines cannot reach, since the page has no sign-in
  -h, --help

SIGTERM and SIGINT stop it.
`,
} as const;
