// One scenario of a load test: the file that PLAN names says what is sent and when, its outcome goes to the file OUT.
import exec from "k6/execution";
import http from "k6/http";
import { check } from "k6";

const plan = JSON.parse(open(__ENV.PLAN));

export const options = {
  scenarios: { load: plan.scenario },
  summaryTrendStats: ["med", "p(99)"],
};

export default function () {
  const turn = `${plan.name}-${exec.scenario.iterationInTest}`;
  const headers = JSON.parse(plan.headers.replaceAll("{caller}", exec.vu.idInTest));
  const answer = http.post(plan.url, plan.body.replaceAll("{turn}", turn), { headers, timeout: "150s" });
  check(answer, { whole: (one) => one.status === 200 && one.body.includes(plan.end) });
}

export function handleSummary(data) {
  return { [__ENV.OUT]: JSON.stringify({ metrics: data.metrics, milliseconds: data.state.testRunDurationMs }) };
}
