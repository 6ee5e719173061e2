import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { composed, DEPLOY, documentOf, documentsOf, secretsIn, textOf } from './files.js';

// kubectl is not here: the manifests are read, and compared with each other and with what they name.

const NAME = { 'app.kubernetes.io/name': 'attestkit-gateway' };
const kubernetes = 'kubernetes/';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Named {
  readonly name: string;
}
interface Container {
  readonly image: string;
  readonly ports: readonly (Named & { readonly containerPort: number })[];
  readonly securityContext: unknown;
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly (Named & { readonly mountPath: string; readonly readOnly?: boolean })[];
  readonly resources: { readonly limits: Readonly<Record<string, string>> };
}
interface Manifest {
  readonly kind: string;
  readonly metadata: Named;
  readonly spec: Readonly<Record<string, unknown>>;
}
interface Pod {
  readonly containers: readonly Container[];
  readonly volumes: readonly (Named & {
    readonly configMap?: Named;
    readonly secret?: { readonly secretName: string; readonly defaultMode: number };
  })[];
  readonly securityContext: unknown;
  readonly terminationGracePeriodSeconds: number;
  readonly [field: string]: unknown;
}

const kustomization = documentOf<{
  resources: string[];
  configMapGenerator: (Named & { files: string[] })[];
  images: (Named & { newName: string; newTag: string })[];
}>(`${kubernetes}kustomization.yaml`);
const manifests = kustomization.resources.flatMap((file) => documentsOf<Manifest>(kubernetes + file));
const of = (kind: string, name = 'attestkit-gateway'): Manifest =>
  manifests.find((each) => each.kind === kind && each.metadata.name === name) as Manifest;

describe('kustomization.yaml', () => {
  it('lists all manifests, and what the configuration is made of', () => {
    const [map, ...more] = kustomization.configMapGenerator;
    expect(more).toEqual([]);
    const listed = ['kustomization.yaml', ...kustomization.resources, ...(map?.files ?? [])];
    expect(listed.toSorted()).toEqual(readdirSync(join(DEPLOY, kubernetes)).toSorted());
    for (const file of listed) expect(existsSync(join(DEPLOY, kubernetes, file))).toBe(true);
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Deployment attestkit-gateway',
      'Service attestkit-gateway',
      'PodDisruptionBudget attestkit-gateway',
      'NetworkPolicy attestkit-gateway',
      'NetworkPolicy account',
    ]);
  });

  it('says how to make each secret', () => {
    const [, command = ''] =
      /create secret generic attestkit-gateway (.*?)\n(?!#  )/s.exec(
        textOf(`${kubernetes}kustomization.yaml`),
      ) ?? [];
    const made = [...command.matchAll(/--from-(?:literal|file)=([\w.-]+)/g)].map(([, name]) => name ?? '');
    expect(made.toSorted()).toEqual([...secretsIn(`${kubernetes}gateway.yaml`)].toSorted());
  });
});

describe('the deployment', () => {
  const { spec } = of('Deployment');
  const { metadata, spec: pod } = spec['template'] as { metadata: { labels: object }; spec: Pod };
  const [container, ...others] = pod.containers as [Container, ...Container[]];
  const { settings } = composed(`${kubernetes}gateway.yaml`, { store: 'redis://redis:6379' });
  const portOf = (name: string): number | undefined =>
    container.ports.find((port) => port.name === name)?.containerPort;

  it('has two instances, which share their state', () => {
    expect(spec['replicas']).toBe(2);
    expect(settings.store).toMatch(/^redis:/);
    expect(others).toEqual([]);
  });

  it('runs without rights, on files that it cannot change', () => {
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.volumeMounts.every(({ readOnly }) => readOnly)).toBe(true);
    expect(pod['automountServiceAccountToken']).toBe(false);
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'serviceAccountName'])
      expect(pod).not.toHaveProperty(field);
    for (const volume of pod.volumes) expect(volume).not.toHaveProperty('hostPath');
    expect(container.resources.limits).toHaveProperty('memory');
  });

  it('is asked about its health where the configuration answers', () => {
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
    expect(probes.map(({ httpGet }) => httpGet)).toEqual([
      { path: '/healthz', port: 'open' },
      { path: '/healthz', port: 'open' },
      { path: '/readyz', port: 'open' },
    ]);
    expect(settings.admin?.open?.listen).toBe(`0.0.0.0:${portOf('open')}`);
    expect(settings.traffic?.listen).toBe(`0.0.0.0:${portOf('traffic')}`);
    // Metrics and health, but nothing else.
    expect(settings.admin?.listen).toMatch(/^127\.0\.0\.1:/);
  });

  it('gets its configuration and its secrets from where it looks for them', () => {
    const volumes = Object.fromEntries(pod.volumes.map((volume) => [volume.name, volume]));
    const places = Object.fromEntries(
      container.volumeMounts.map(({ name, mountPath }) => [mountPath, volumes[name]]),
    );
    expect(places['/etc/attestkit']?.configMap?.name).toBe(kustomization.configMapGenerator[0]?.name);
    expect(kustomization.configMapGenerator[0]?.files).toEqual(['gateway.yaml']);
    expect(places['/run/secrets']?.secret).toEqual({ secretName: 'attestkit-gateway', defaultMode: 0o440 });
    expect(kustomization.images.map(({ name }) => name)).toEqual([container.image]);
  });

  it('has more time to end than the gateway needs', () => {
    const { delayMs = 0, deadlineMs = 0 } = settings.shutdown ?? {};
    expect(deadlineMs).toBeGreaterThan(0);
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(delayMs + deadlineMs);
  });

  it('is what service, budget and policies mean', () => {
    expect(metadata.labels).toEqual(NAME);
    expect(spec['selector']).toEqual({ matchLabels: NAME });
    expect(of('Service').spec['selector']).toEqual(NAME);
    expect(of('PodDisruptionBudget').spec['selector']).toEqual({ matchLabels: NAME });
    expect(of('NetworkPolicy').spec['podSelector']).toEqual({ matchLabels: NAME });
    const [port] = of('Service').spec['ports'] as { targetPort: string }[];
    expect(portOf(port?.targetPort ?? '')).toBeDefined();
  });
});

describe('the network policies', () => {
  interface Rule {
    readonly from?: readonly object[];
    readonly ports?: readonly { readonly port: string }[];
  }
  const rulesOf = (name: string): readonly Rule[] => of('NetworkPolicy', name).spec['ingress'] as Rule[];

  it('let no one speak to the API but the gateway', () => {
    expect(rulesOf('account')).toEqual([{ from: [{ podSelector: { matchLabels: NAME } }] }]);
    expect(
      Object.values(
        composed(`${kubernetes}gateway.yaml`, { store: 'redis://redis:6379' }).settings.upstreams ?? {},
      ),
    ).toEqual([{ url: 'http://account:8000' }]);
  });

  it('name who speaks to the gateway, for each port', () => {
    expect(rulesOf('attestkit-gateway').map(({ ports, from }) => [ports, from?.length])).toEqual([
      [[{ port: 'traffic' }], 2],
      [[{ port: 'open' }], 1],
    ]);
    for (const name of ['attestkit-gateway', 'account'])
      expect(of('NetworkPolicy', name).spec['policyTypes']).toEqual(['Ingress']);
  });
});
