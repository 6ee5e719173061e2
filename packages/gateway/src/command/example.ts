/** What `init` writes: valid as it is, and after each block in comments was put in. */
export const EXAMPLE = `# The gateway's configuration. All fields: docs/gateway.md of attestkit.
# Check it: attestkit-gateway check-config gateway.yaml
# Try it:   attestkit-gateway check-config gateway.yaml --request 'GET /health'
# Start it: attestkit-gateway --config gateway.yaml
# Editors complete it with this line, after npm install attestkit-gateway:
# yaml-language-server: $schema=node_modules/attestkit-gateway/config.schema.json

# Requests come in here, and the device endpoints are served here.
traffic:
  listen: 127.0.0.1:8080

# Your API.
upstreams:
  api: http://127.0.0.1:8000

# To be asked by nginx, Caddy, HAProxy, Traefik or Envoy, instead of standing before the API. What they need:
# attestkit-gateway print-config nginx gateway.yaml
#authorization:
#  listen: 127.0.0.1:8081

# Your own proxies, load balancers and CDN, if there are any. Only they may say which client they speak for.
#trustedProxies: [10.0.0.0/8]

# The evidence that any request may carry. Secrets stand in variables, or in files: \${file:/run/secrets/approov}.
evidence:
  approov:
    secretBase64: \${APPROOV_BASE64_SECRET}

# Devices that enroll, with a key in their hardware. This needs 'accept', since there are then two kinds of evidence.
#devices:
#  audience: https://api.example.com
#  secret: \${JWT_SECRET}
#  evidence:
#    appAttest:
#      appIds: [TEAMID1234.com.example.app]
#accept: [approov, session]

# The strictest route that matches decides, wherever it stands. Paths: /exact, /one/*/segment, /all/below/*.
routes:
  # Open to everybody.
  - path: /health
    methods: [GET, HEAD]
    open: true
  # The token has to be bound to the value of Authorization.
  - path: /v1/account/*
    binding: authorization
  # Failures are counted, and let pass, until you are sure.
  #- path: /v1/new/*
  #  enforcement: report

# All other requests.
default: {}
`;
