import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../house/root.ts';

// There is no cluster and no helm where these tests run: what the manifests of a release say of each other is looked at.

const { renderChart } = (await import(root('scripts/render-chart.mjs'))) as {
  renderChart(release: string, changes?: readonly object[]): Promise<ReadonlyMap<string, string>>;
};
const manifests = await render();
const deployment = manifest('deployment');
const pod = deployment.spec.template.spec;
const [container] = pod.containers;
const labels = { 'app.kubernetes.io/name': 'consort', 'app.kubernetes.io/instance': 'pacs' };

test('a release is one Deployment, two Services, a volume and a NetworkPolicy, each with its own name', () => {
  const all = [...manifests.values()].map(({ apiVersion, kind, metadata }) => [
    apiVersion,
    kind,
    metadata.name,
  ]);
  expect(all).toEqual([
    ['v1', 'PersistentVolumeClaim', 'pacs-data'],
    ['apps/v1', 'Deployment', 'pacs'],
    ['v1', 'Service', 'pacs-dicom'],
    ['networking.k8s.io/v1', 'NetworkPolicy', 'pacs'],
    ['v1', 'Service', 'pacs-page'],
  ]);
  for (const { metadata } of manifests.values()) expect(metadata.labels).toMatchObject(labels);
});

test('one pod at a time has the record, and has longer to stop than its hosts', async () => {
  expect(deployment.spec.replicas).toBe(1);
  expect(deployment.spec.strategy).toEqual({ type: 'Recreate' });
  expect(manifest('claim').spec.accessModes).toEqual(['ReadWriteOncePod']);
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(120);
});

test('whoever selects the pod selects it by the labels that it has', () => {
  expect(deployment.spec.template.metadata.labels).toEqual(labels);
  expect(deployment.spec.selector.matchLabels).toEqual(labels);
  expect(manifest('network-policy').spec.podSelector.matchLabels).toEqual(labels);
  for (const name of ['dicom-service', 'page-service'])
    expect(manifest(name).spec.selector).toEqual(labels);
});

test('every port that is asked for by name is one of the container', () => {
  const names = container.ports.map(({ name }: { name: string }) => name);
  const asked = [
    ...['dicom-service', 'page-service'].map((name) => manifest(name).spec.ports[0].targetPort),
    ...manifest('network-policy').spec.ingress.map(
      ({ ports }: { ports: { port: string }[] }) => ports[0]?.port,
    ),
    ...probes().map(({ httpGet }) => httpGet.port),
  ];
  expect(asked.filter((name) => !names.includes(name))).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(names));
});

test('it is alive while the process answers, and ready while images can come in', () => {
  expect(probes().map(({ httpGet }) => httpGet.path)).toEqual(['/livez', '/livez', '/readyz']);
  // The page answers them only where it is served beyond the pod itself, which takes a user.
  expect(container.args).toEqual(['start', '--log', 'json', '--page', '0.0.0.0:7070']);
  expect(environment('CONSORT_PAGE_PASSWORD_FILE')).toBe('/run/secrets/page/password');
});

test('it may do nothing that it has no need of', () => {
  expect(pod.automountServiceAccountToken).toBe(false);
  expect(pod.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(container.resources).toMatchObject({
    requests: { cpu: '500m', memory: '512Mi' },
    limits: { memory: '2Gi' },
  });
});

test('what is written is on the volume, and nothing of it is lost with the release', () => {
  const mounts = new Map<string, string>(
    container.volumeMounts.map((one: { name: string; mountPath: string }) => [
      one.mountPath,
      one.name,
    ]),
  );
  const volumes = pod.volumes.map(({ name }: { name: string }) => name);
  expect([...mounts.values()].toSorted()).toEqual(volumes.toSorted());
  expect(mounts.get('/var/lib/consort')).toBe('data');
  for (const name of ['CONSORT_DATA', 'RECEIVED'])
    expect(environment(name)).toMatch(/^\/var\/lib\/consort\/\w+$/);
  const claim = manifest('claim').metadata;
  expect(pod.volumes[0].persistentVolumeClaim.claimName).toBe(claim.name);
  expect(claim.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
});

test('secrets are named, and none is written in a value', async () => {
  expect(container.envFrom).toEqual([{ secretRef: { name: 'pacs-environment', optional: true } }]);
  const secrets = pod.volumes.flatMap(({ secret }: { secret?: object }) => secret ?? []);
  expect(secrets).toEqual([{ secretName: 'pacs-page', defaultMode: 0o440 }]);
  const kinds = [...manifests.values()].map(({ kind }) => kind);
  expect(kinds).not.toContain('Secret');
});

test('every value of values.yaml is put somewhere', async () => {
  const text = [...manifests.keys()].map((name) => root(`deploy/helm/consort/templates/${name}`));
  const templates = (await Promise.all(text.map((path) => readFile(path, 'utf8')))).join('\n');
  const values = parse(await readFile(root('deploy/helm/consort/values.yaml'), 'utf8')) as object;
  const unused = leavesOf(values, '.Values').filter((name) => !templates.includes(`{{ ${name} }}`));
  expect(unused).toEqual([]);
});

test('a value is changed by its name; one that is unknown, or that YAML would read otherwise, is refused', async () => {
  const changed = await render([{ page: { port: 8443 } }, { image: { tag: '0.2.0' } }]);
  const [other] = changed.get('deployment.yaml')!.spec.template.spec.containers;
  expect(other.image).toBe('consort:0.2.0');
  expect(other.args).toContain('0.0.0.0:8443');
  await expect(render([{ pages: { port: 1 } }])).rejects.toThrow('the chart has no value pages');
  await expect(render([{ page: 7070 }])).rejects.toThrow('page is a group of values');
  await expect(render([{ image: { tag: "1'\n  evil: yes" } }])).rejects.toThrow(
    '.Values.image.tag cannot be',
  );
});

test('the chart has the version of the packages', async () => {
  const chart = parse(await readFile(root('deploy/helm/consort/Chart.yaml'), 'utf8')) as Chart;
  const values = parse(await readFile(root('deploy/helm/consort/values.yaml'), 'utf8')) as Values;
  const { version } = JSON.parse(
    await readFile(root('packages/cli/package.json'), 'utf8'),
  ) as Chart;
  expect([chart.version, chart.appVersion, values.image.tag]).toEqual([version, version, version]);
});

interface Chart {
  readonly version: string;
  readonly appVersion?: string;
}

interface Values {
  readonly image: { readonly tag: string };
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

/** A manifest, whose kinds differ in what they have: each test says what it looks for. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: object;
    readonly annotations?: object;
  };
  readonly spec: any;
}

async function render(changes?: readonly object[]): Promise<ReadonlyMap<string, Manifest>> {
  const texts = await renderChart('pacs', changes);
  return new Map([...texts].map(([name, text]) => [name, parse(text) as Manifest]));
}

function manifest(name: string): Manifest {
  return manifests.get(`${name}.yaml`)!;
}

function probes(): readonly Probe[] {
  return [container.startupProbe, container.livenessProbe, container.readinessProbe] as Probe[];
}

function environment(name: string): string | undefined {
  const all = container.env as readonly { name: string; value: string }[];
  return all.find((one) => one.name === name)?.value;
}

function leavesOf(value: object, path: string): readonly string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? leavesOf(inner, `${path}.${key}`)
      : [`${path}.${key}`],
  );
}
