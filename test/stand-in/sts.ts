import { AwsFault } from "../../src/local/aws-fault.ts";
import type { Answer } from "../../src/local/route.ts";

/** GetCallerIdentity, the only question that deploying asks of STS. */
export function answerSts(body: Buffer, account: string): Answer {
  const action = new URLSearchParams(body.toString("utf8")).get("Action");
  if (action !== "GetCallerIdentity") {
    throw new AwsFault(400, "InvalidAction", `Could not find operation ${action}`);
  }
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body:
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
      `<Arn>arn:aws:iam::${account}:user/tester</Arn><UserId>AIDATESTER</UserId><Account>${account}</Account>` +
      `</GetCallerIdentityResult><ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  };
}
