module fast-upstream

go 1.26.0
