package main

func noInputMethod() {}
