package main

func preferX11() {}
