// An OpenID provider for tests: oidc-provider with the settings that its first argument holds as JSON. It listens on a free loopback port, prints it, and
// keeps everything in memory.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider, { interactionPolicy } from 'oidc-provider';

// issuer; client (its metadata); users [{name, password, shown, accounts}]; life of access tokens in seconds; rotate: one-time refresh tokens;
// requirePAR: no authorization request but a pushed one.
const settings = JSON.parse(process.argv[2]);
const resource = 'urn:datahub-api';
const user = (name) => settings.users.find((u) => u.name === name);

// An IdentityServer is told the account by acr_values=accountId:<id>, and so is this one. The account stands in the sign-in's acr.
const wanted = (params) => (params.acr_values ?? '').split(' ').find((v) => v.startsWith('accountId:'))?.slice('accountId:'.length);
const accountOf = (u, acr) => Number(u.accounts.find((a) => `accountId:${a}` === acr) ?? u.accounts[0]);

const policy = interactionPolicy.base();
policy.get('login').checks.add(new interactionPolicy.Check('another_account', 'another account was asked for', 'account_selection_required', (ctx) => {
  const { oidc } = ctx;
  const account = wanted(oidc.params);
  const other = account && oidc.session.acr && oidc.session.acr !== `accountId:${account}` && !oidc.result?.login;
  return other ? interactionPolicy.Check.REQUEST_PROMPT : interactionPolicy.Check.NO_NEED_TO_PROMPT;
}));

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const provider = new Provider(settings.issuer, {
  clients: [settings.client],
  jwks: { keys: [privateKey.export({ format: 'jwk' })] },
  cookies: { keys: ['interop'] },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'datahub-api'],
  claims: { openid: ['sub', 'account'], profile: ['name', 'preferred_username'], email: ['email'], sid: null, auth_time: null, iss: null },
  conformIdTokenClaims: false, // userinfo refuses access tokens that are for the Data Hub, so the ID token holds the claims
  interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  rotateRefreshToken: settings.rotate,
  issueRefreshToken: () => true, // like Keycloak, and like an IdentityServer that gave the scope offline_access without asking
  ttl: { AccessToken: settings.life, Session: 3600, RefreshToken: 3600, Interaction: 600, Grant: 3600, IdToken: 600 },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    revocation: { enabled: true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: settings.requirePAR },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true, // in refreshes; sign-ins name the resource
      getResourceServerInfo: () => ({ scope: 'datahub-api', audience: 'datahub-api', accessTokenFormat: 'jwt', accessTokenTTL: settings.life }),
    },
  },
  findAccount: (_ctx, sub, token) => {
    const u = user(sub);
    return u && { accountId: sub, claims: () => ({ sub, name: u.shown, preferred_username: u.name, email: `${u.name}@noordzee.example`, account: accountOf(u, token?.acr) }) };
  },
  extraTokenClaims: (ctx, token) => {
    const { AuthorizationCode: code, RefreshToken: refresh } = ctx.oidc.entities;
    return { account: accountOf(user(token.accountId), (refresh ?? code)?.acr) };
  },
  // Nobody is asked whether the portal may: it is the platform's own.
  loadExistingGrant: async (ctx) => {
    const { oidc } = ctx;
    const known = oidc.session.grantIdFor(oidc.client.clientId);
    const grant = (known && await provider.Grant.find(known)) || new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope('openid profile email offline_access datahub-api');
    grant.addResourceScope(resource, 'datahub-api');
    await grant.save();
    return grant;
  },
});

const page = (uid, problem = '') => `<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in</h1><p>${problem}</p>
<form method="post" action="/interaction/${uid}"><label>Name <input name="username"></label><label>Password <input name="password" type="password"></label><button>Sign in</button></form>`;

async function interact(req, res) {
  const { uid, params } = await provider.interactionDetails(req, res);
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  if (req.method === 'GET') return res.end(page(uid));
  let body = '';
  for await (const chunk of req) body += chunk;
  const form = new URLSearchParams(body);
  const u = user(form.get('username'));
  if (!u || form.get('password') !== u.password) return res.end(page(uid, 'That name and password do not fit.'));
  const account = wanted(params) ?? u.accounts[0];
  return provider.interactionFinished(req, res, { login: { accountId: u.name, acr: `accountId:${account}` } });
}

const callback = provider.callback();
const server = createServer((req, res) => {
  if (!req.url.startsWith('/interaction/') || req.url.split('/').length !== 3) return callback(req, res);
  return interact(req, res).catch((err) => { res.statusCode = 400; res.end(String(err)); });
});
provider.on('server_error', (_ctx, err) => console.error(err));
provider.on('backchannel.error', (_ctx, err) => console.error(err));
server.listen(settings.port ?? 0, '127.0.0.1', () => console.log(server.address().port));
