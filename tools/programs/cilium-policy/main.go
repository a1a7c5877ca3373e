// Reads {"policies": [CiliumNetworkPolicy...], "pods": [{"namespace", "labels"}...]} from standard input and writes what
// Cilium's own policy library makes of it: for every policy its error, or the pods that each of its rules means.
package main

import (
	"encoding/json"
	"log"
	"log/slog"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	k8s "github.com/cilium/cilium/pkg/k8s/apis/cilium.io"
	"github.com/cilium/cilium/pkg/k8s/apis/cilium.io/utils"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/policy/api"
)

type Input struct {
	Policies []struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     *api.Rule         `json:"spec"`
	} `json:"policies"`
	Pods []struct {
		Namespace string            `json:"namespace"`
		Labels    map[string]string `json:"labels"`
	} `json:"pods"`
}

// Rule is one rule of a direction: the pods that it means, by their place in the input, and its ports.
type Rule struct {
	Pods  []int    `json:"pods"`
	Ports []string `json:"ports"`
	HTTP  bool     `json:"http"`
}

type Verdict struct {
	Error         string `json:"error,omitempty"`
	Pods          []int  `json:"pods"`
	DeniesIngress bool   `json:"deniesIngress"`
	DeniesEgress  bool   `json:"deniesEgress"`
	Ingress       []Rule `json:"ingress"`
	Egress        []Rule `json:"egress"`
}

func main() {
	var input Input
	decoder := json.NewDecoder(os.Stdin)
	if err := decoder.Decode(&input); err != nil {
		log.Fatal(err)
	}
	var pods []labels.LabelArray
	for _, pod := range input.Pods {
		own := labels.Map2Labels(pod.Labels, labels.LabelSourceK8s)
		own.MergeLabels(labels.Map2Labels(map[string]string{k8s.PodNamespaceLabel: pod.Namespace}, labels.LabelSourceK8s))
		pods = append(pods, own.LabelArray())
	}
	verdicts := []Verdict{}
	for _, policy := range input.Policies {
		verdict := Verdict{Pods: []int{}, Ingress: []Rule{}, Egress: []Rule{}}
		if policy.Spec == nil {
			verdict.Error = "no spec"
		} else if err := policy.Spec.Sanitize(); err != nil {
			verdict.Error = err.Error()
		} else {
			meta := policy.Metadata
			rule := utils.ParseToCiliumRule(slog.Default(), "", meta.Namespace, meta.Name, meta.UID, policy.Spec)
			verdict.Pods = matched(api.EndpointSelectorSlice{rule.EndpointSelector}, pods)
			verdict.DeniesIngress = rule.EnableDefaultDeny.Ingress != nil && *rule.EnableDefaultDeny.Ingress
			verdict.DeniesEgress = rule.EnableDefaultDeny.Egress != nil && *rule.EnableDefaultDeny.Egress
			for _, one := range rule.Ingress {
				verdict.Ingress = append(verdict.Ingress, described(one.FromEndpoints, one.ToPorts, pods))
			}
			for _, one := range rule.Egress {
				verdict.Egress = append(verdict.Egress, described(one.ToEndpoints, one.ToPorts, pods))
			}
		}
		verdicts = append(verdicts, verdict)
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		log.Fatal(err)
	}
}

func described(peers api.EndpointSelectorSlice, toPorts api.PortRules, pods []labels.LabelArray) Rule {
	rule := Rule{Pods: matched(peers, pods), Ports: []string{}}
	for _, one := range toPorts {
		for _, port := range one.Ports {
			rule.Ports = append(rule.Ports, port.Port)
		}
		rule.HTTP = rule.HTTP || (one.Rules != nil && len(one.Rules.HTTP) > 0)
	}
	return rule
}

func matched(selectors api.EndpointSelectorSlice, pods []labels.LabelArray) []int {
	found := []int{}
	for index, pod := range pods {
		for _, selector := range selectors {
			if means(selector, pod) {
				found = append(found, index)
				break
			}
		}
	}
	return found
}

// Expressions are in none of the policies that this reads; Cilium's own evaluation of them cannot be built by itself.
func means(selector api.EndpointSelector, pod labels.LabelArray) bool {
	if len(selector.MatchExpressions) > 0 {
		log.Fatalf("cannot judge the expressions of %s", selector.LabelSelectorString())
	}
	for key, value := range selector.MatchLabels {
		if has, ok := pod.Lookup(key); !ok || has != value {
			return false
		}
	}
	return true
}
