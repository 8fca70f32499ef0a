import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from './engine.ts';

export interface Registry {
  /** `127.0.0.1:PORT`: what stands before the name of an image. */
  readonly host: string;
  stop(): Promise<void>;
}

interface Blob {
  readonly type: string;
  readonly content: Buffer | { readonly file: string };
}

/**
 * A registry on loopback, which docker speaks to without TLS. It gives one image, wants a login for `private/…`, and
 * has no other.
 * https://distribution.github.io/distribution/spec/api/
 */
export async function startRegistry(image: string): Promise<Registry> {
  const directory = mkdtempSync(join(tmpdir(), 'dbos-registry-'));
  const blobs = blobsOf(image, directory);
  const server = createServer(({ url = '', method }, response) => {
    const [, kind, reference = ''] = /^\/v2\/postgres\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const blob = kind === undefined ? undefined : blobs.get(reference);
    if (url === '/v2/') return void response.end('{}');
    if (url.startsWith('/v2/private/')) {
      response.setHeader('WWW-Authenticate', 'Basic realm="registry"');
      return sendError(response, 401, 'UNAUTHORIZED', 'authentication required');
    }
    if (blob === undefined) return sendError(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    response.setHeader('Docker-Content-Digest', digestOf(blob));
    response.writeHead(200, { 'Content-Type': blob.type, 'Content-Length': sizeOf(blob) });
    response.end(method === 'HEAD' ? '' : contentOf(blob));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(directory, { recursive: true });
    },
  };
}

/** Manifest, configuration and layers of an image, by digest; the manifest also by its tag. */
function blobsOf(image: string, directory: string): ReadonlyMap<string, Blob> {
  const archive = join(directory, 'image.tar');
  docker('save', '--output', archive, image);
  spawnSync('tar', ['--extract', '--file', archive, '--directory', directory]);
  const [saved] = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as {
    readonly Config: string;
    readonly Layers: readonly string[];
  }[];
  const part = (file: string, type: string): Blob => ({ type, content: { file: join(directory, file) } });
  const config = part(saved!.Config, 'application/vnd.docker.container.image.v1+json');
  const layers = saved!.Layers.map((file) => part(file, 'application/vnd.docker.image.rootfs.diff.tar.gzip'));
  const describe = (blob: Blob) => ({ mediaType: blob.type, size: sizeOf(blob), digest: digestOf(blob) });
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const text = { schemaVersion: 2, mediaType: type, config: describe(config), layers: layers.map(describe) };
  const manifest = { type, content: Buffer.from(JSON.stringify(text)) };
  return new Map([['16', manifest], ...[manifest, config, ...layers].map((blob) => [digestOf(blob), blob] as const)]);
}

const contentOf = ({ content }: Blob): Buffer => (Buffer.isBuffer(content) ? content : readFileSync(content.file));
const sizeOf = (blob: Blob): number => contentOf(blob).length;
const digestOf = (blob: Blob): string =>
  `sha256:${createHash('sha256')
    .update(new Uint8Array(contentOf(blob)))
    .digest('hex')}`;

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}
