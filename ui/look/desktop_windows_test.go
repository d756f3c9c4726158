package look

func homeVars(dir string) map[string]string { return map[string]string{"APPDATA": dir} }
