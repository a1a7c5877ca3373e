// Runs with Node.js: judges calls by iam-simulate, one a line of standard input, its answer a line of output.
//
//     node simulate.mjs FOLDER
//
// FOLDER holds node_modules.  `{"policy": {...}, "action": "s3:GetObject", "resource": "arn:...", "account": "1111...",
// "context": {...}}` is answered by `{"result": "Allowed"}`, by `{"result": "ImplicitlyDenied"}`, or by `{"error": "..."}`
// where AWS has no such action, the action no such resource, or IAM no such policy.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const library = `${process.argv[2]}/node_modules/@cloud-copilot/iam-simulate/dist/esm/index.js`;
const { runSimulation } = await import(pathToFileURL(library).href);

async function answer({ policy, action, resource, account, context }) {
  const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  const response = await runSimulation(
    {
      identityPolicies: [{ name: "own", policy }],
      serviceControlPolicies: [{ orgIdentifier: "o-1", policies: [{ name: "all", policy: everything }] }],
      resourceControlPolicies: [],
      // A key's policy must give leave to its account before a role's may; ours does.
      resourcePolicy: action.startsWith("kms:")
        ? {
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" },
            ],
          }
        : undefined,
      request: {
        action,
        principal: `arn:aws:iam::${account}:role/pod`,
        resource: { resource, accountId: account },
        contextVariables: context,
      },
    },
    {},
  );
  if (response.resultType === "error") return { error: JSON.stringify(response.errors) };
  return { result: response.overallResult };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
