import { AwsFault, escapeXml } from "../aws-fault.ts";
import type { Handler } from "../route.ts";

/** STS over its query protocol: who calls is always the service's account. */
export const answerSts: Handler = async ({ account, requestId, readBody, query }) => {
  const form = new URLSearchParams((await readBody()).toString("utf8"));
  const action = form.get("Action") ?? query.get("Action") ?? "";
  if (action !== "GetCallerIdentity") {
    throw new AwsFault(
      501,
      "NotImplementedException",
      `local Lambda does not support the operation ${action}`,
    );
  }
  const body =
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
    `<Arn>arn:aws:iam::${escapeXml(account)}:root</Arn><UserId>${escapeXml(account)}</UserId>` +
    `<Account>${escapeXml(account)}</Account></GetCallerIdentityResult>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
};
