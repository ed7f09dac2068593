import { AwsFault } from "../aws-fault.ts";
import type { Answer, RequestContext } from "../route.ts";
import type { Bucket } from "./bucket-store.ts";
import { type Element, xmlAnswer } from "./xml.ts";

/** What a bucket answers of a setting that nobody has made: AWS's default document, or AWS's error. */
type Unset =
  | { readonly root: string; readonly elements: (bucket: Bucket, account: string) => readonly Element[] }
  | { readonly fault: string; readonly message: string };

const nothing = (): readonly Element[] => [];

/** Settings of buckets that clients read (the Terraform provider reads most of them after each change). */
const settings: Readonly<Record<string, Unset>> = {
  accelerate: { root: "AccelerateConfiguration", elements: nothing },
  acl: { root: "AccessControlPolicy", elements: (_, account) => renderOwnAccess(account) },
  cors: { fault: "NoSuchCORSConfiguration", message: "The CORS configuration does not exist" },
  encryption: {
    root: "ServerSideEncryptionConfiguration",
    elements: () => [
      [
        "Rule",
        [
          ["ApplyServerSideEncryptionByDefault", [["SSEAlgorithm", "AES256"]]],
          ["BucketKeyEnabled", false],
        ],
      ],
    ],
  },
  lifecycle: {
    fault: "NoSuchLifecycleConfiguration",
    message: "The lifecycle configuration does not exist",
  },
  location: {
    root: "LocationConstraint",
    elements: nothing,
  },
  logging: { root: "BucketLoggingStatus", elements: nothing },
  notification: { root: "NotificationConfiguration", elements: nothing },
  "object-lock": {
    fault: "ObjectLockConfigurationNotFoundError",
    message: "Object Lock configuration does not exist for this bucket",
  },
  ownershipControls: {
    root: "OwnershipControls",
    elements: () => [["Rule", [["ObjectOwnership", "BucketOwnerEnforced"]]]],
  },
  policy: { fault: "NoSuchBucketPolicy", message: "The bucket policy does not exist" },
  policyStatus: { fault: "NoSuchBucketPolicy", message: "The bucket policy does not exist" },
  publicAccessBlock: {
    fault: "NoSuchPublicAccessBlockConfiguration",
    message: "The public access block configuration was not found",
  },
  replication: {
    fault: "ReplicationConfigurationNotFoundError",
    message: "The replication configuration was not found",
  },
  requestPayment: { root: "RequestPaymentConfiguration", elements: () => [["Payer", "BucketOwner"]] },
  tagging: { fault: "NoSuchTagSet", message: "The TagSet does not exist" },
  versioning: { root: "VersioningConfiguration", elements: nothing },
  website: {
    fault: "NoSuchWebsiteConfiguration",
    message: "The specified bucket does not have a website configuration",
  },
};

/** Settings that are kept and handed back, and have no effect here. */
const accepted: ReadonlySet<string> = new Set([
  "encryption",
  "ownershipControls",
  "publicAccessBlock",
  "tagging",
]);

/** The sub-resource that a query names. */
export function findSubResource(query: URLSearchParams): string | undefined {
  return Object.keys(settings).find((name) => query.has(name));
}

/** @throws AwsFault S3's own for what is not set, NotImplemented for what cannot be set here */
export async function answerSubResource(
  name: string,
  bucket: Bucket,
  context: RequestContext,
): Promise<Answer> {
  const { method } = context.request;
  if (method === "GET") return readSetting(name, bucket, context.account);
  if (!accepted.has(name)) {
    throw new AwsFault(
      501,
      "NotImplemented",
      `A header or query you provided implies functionality that is not implemented: ${method} ?${name}`,
    );
  }
  if (method === "DELETE") {
    bucket.settings.delete(name);
    return { status: 204 };
  }
  bucket.settings.set(name, (await context.readBody()).toString("utf8"));
  return { status: name === "tagging" ? 204 : 200 };
}

function readSetting(name: string, bucket: Bucket, account: string): Answer {
  const document = bucket.settings.get(name);
  if (document !== undefined) {
    return { status: 200, headers: { "content-type": "application/xml" }, body: document };
  }
  if (name === "location" && bucket.region !== "us-east-1") return renderLocation(bucket.region);
  const unset = settings[name]!;
  if ("fault" in unset) throw new AwsFault(404, unset.fault, unset.message, { BucketName: bucket.name });
  return xmlAnswer(unset.root, unset.elements(bucket, account));
}

function renderLocation(region: string): Answer {
  const answer = xmlAnswer("LocationConstraint", []);
  return {
    ...answer,
    body: String(answer.body).replace("></LocationConstraint>", `>${region}</LocationConstraint>`),
  };
}

/** The owner may do everything, nobody else anything. */
export function renderOwnAccess(account: string): readonly Element[] {
  return [
    ["Owner", [["ID", account]]],
    [
      "AccessControlList",
      [
        [
          "Grant",
          [
            ["Grantee", [["ID", account]]],
            ["Permission", "FULL_CONTROL"],
          ],
        ],
      ],
    ],
  ];
}
