package main

import (
	"fmt"
	"strings"
)

// The scripts share one rule: join the words before the cursor that are neither flags nor values of flags, and offer
// what the table has for them.

func bashCompletion() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# bash completion for sithsctl
_sithsctl() {
    local path="" skip="" word words=""
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ -n $skip ]]; then skip=""; continue; fi
        case $word in
        %s) skip=1 ;;
        -*) ;;
        *) path="${path:+$path }$word" ;;
        esac
    done
    [[ -n $skip ]] && return
    case $path in
`, joinBar(valueFlags()))
	for _, c := range choices() {
		fmt.Fprintf(&b, "    %q) words=%q ;;\n", c.after, strings.Join(c.words, " "))
	}
	b.WriteString(`    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _sithsctl sithsctl
`)
	return b.String()
}

func zshCompletion() string {
	var b strings.Builder
	fmt.Fprintf(&b, `#compdef sithsctl
_sithsctl() {
    local path_words="" skip="" word
    local -a choices
    for word in "${(@)words[2,CURRENT-1]}"; do
        if [[ -n $skip ]]; then skip=""; continue; fi
        case $word in
        %s) skip=1 ;;
        -*) ;;
        *) path_words="${path_words:+$path_words }$word" ;;
        esac
    done
    if [[ -n $skip ]]; then _files; return; fi
    case $path_words in
`, joinBar(valueFlags()))
	for _, c := range choices() {
		fmt.Fprintf(&b, "    %q) choices=(%s) ;;\n", c.after, strings.Join(c.words, " "))
	}
	b.WriteString(`    esac
    compadd -a choices
}
if [[ $funcstack[1] = _sithsctl ]]; then _sithsctl "$@"; else compdef _sithsctl sithsctl; fi
`)
	return b.String()
}

func fishCompletion() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# fish completion for sithsctl
function __sithsctl_after
    set -l path
    set -l skip
    for word in (commandline -opc)[2..-1]
        if set -q skip[1]
            set skip
            continue
        end
        switch $word
            case %s
                set skip 1
            case '-*'
            case '*'
                set -a path $word
        end
    end
    not set -q skip[1]; and test "$path" = "$argv[1]"
end
complete -c sithsctl -f
`, strings.Join(valueFlags(), " "))
	for _, flag := range valueFlags() {
		fmt.Fprintf(&b, "complete -c sithsctl -l %s -r -F\n", strings.TrimPrefix(flag, "--"))
	}
	for _, c := range choices() {
		fmt.Fprintf(&b, "complete -c sithsctl -n '__sithsctl_after %q' -a %q\n", c.after, strings.Join(c.words, " "))
	}
	return b.String()
}

func powershellCompletion() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# PowerShell completion for sithsctl
Register-ArgumentCompleter -Native -CommandName sithsctl, sithsctl.exe -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $valueFlags = @(%s)
    $choices = @{
`, quoteAll(valueFlags()))
	for _, c := range choices() {
		fmt.Fprintf(&b, "        '%s' = @(%s)\n", c.after, quoteAll(c.words))
	}
	b.WriteString(`    }
    $path = @()
    $skip = $false
    foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
        if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
        $word = $element.ToString()
        if ($skip) { $skip = $false; continue }
        if ($valueFlags -contains $word) { $skip = $true; continue }
        if ($word.StartsWith('-')) { continue }
        $path += $word
    }
    if ($skip) { return }
    $choices[($path -join ' ')] | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
`)
	return b.String()
}

func quoteAll(words []string) string { return "'" + strings.Join(words, "', '") + "'" }
