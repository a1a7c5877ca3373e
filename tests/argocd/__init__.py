"""Argo CD itself syncs the rendered tree of an environment into a Kubernetes API server.

Real are: Argo CD's application controller, repo server and ApplicationSet controller, etcd, kube-apiserver, the
controllers of kube-controller-manager, Git and the generator.  Stand-ins (tests/argocd/standins.py) say what has no
program here: that pods run, and that the operators of custom kinds are content.

Of the rendered tree two things are not as on a cluster.  The repository's address is that of a bare repository on
disk: `gitops.repoUrl`, the line that every fork changes.  Applications of Helm charts are left out of the repository,
because Argo CD would fetch the charts from the internet; tests/real/accept renders those charts that it can have.
"""
