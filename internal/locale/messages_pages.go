package locale

var pageMessages = []message{}
