# Completion of holdfast for bash; made by 'holdfast generate' for one version of it.

# TABLES
# Finds the command and the arguments before the cursor, then what the word at the cursor can become.
_holdfast() {
    local line=${COMP_LINE:0:COMP_POINT} current='' command='' option='' word kind kinds before
    local -a words arguments=() place=() reply=()
    COMPREPLY=()
    read -ra words <<<"$line"
    if [[ $line != *[[:space:]] ]]; then
        current=${words[${#words[@]} - 1]}
        unset "words[${#words[@]} - 1]"
    fi
    for word in "${words[@]:1}"; do
        if [[ -n $option ]]; then
            case $option in --repository | --ns) place+=("$option=$word") ;; esac
            option=''
        elif [[ $word == --repository=* || $word == --ns=* ]]; then
            place+=("$word")
        elif [[ $word == -* ]]; then
            _holdfast_value "$command $word"
            [[ ${#reply[@]} = 0 ]] || option=$word
        else
            _holdfast_commands "$command"
            if [[ " ${reply[*]} " == *" $word "* ]]; then
                command=${command:+$command }$word
            else
                arguments+=("$word")
            fi
        fi
    done

    if [[ -n $option ]]; then
        _holdfast_value "$command $option"
    elif [[ $current == --*=* ]]; then
        _holdfast_value "$command ${current%%=*}"
        current=${current#*=}
    elif [[ $current == -* ]]; then
        _holdfast_options "$command"
        local -a own=("${reply[@]}")
        _holdfast_global
        mapfile -t COMPREPLY < <(compgen -W "${own[*]} ${reply[*]}" -- "$current")
        return
    else
        _holdfast_commands "$command"
        if [[ ${#reply[@]} -gt 0 ]]; then
            mapfile -t COMPREPLY < <(compgen -W "${reply[*]}" -- "$current")
            return
        fi
        _holdfast_argument "$command ${#arguments[@]}"
    fi

    kinds=" ${reply[*]} "
    # Readline replaces what stands behind the last colon only, and times have colons.
    before=''
    [[ $COMP_WORDBREAKS != *:* ]] || before=${current%"${current##*:}"}
    for kind in "${reply[@]}"; do
        case $kind in
            file) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current") ;;
            directory) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$current") ;;
            source)
                [[ $current != *:* ]] \
                    || mapfile -t COMPREPLY < <(compgen -f -- "${current#*:}")
                ;;
            =*) [[ ${kind#=} != "$current"* ]] || COMPREPLY+=("${kind#=}") ;;
            none) ;;
            *)
                word=$current
                [[ $kind != archive ]] || word=${arguments[0]:-}
                while read -r word; do
                    [[ $word != "$current"* ]] || COMPREPLY+=("${word#"$before"}")
                done < <(holdfast "${place[@]}" complete "$kind" "$word" 2>/dev/null </dev/null)
                ;;
        esac
    done
    [[ ! $kinds =~ \ (file|directory|source)\  ]] || compopt -o filenames 2>/dev/null
    [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2>/dev/null
}

complete -F _holdfast holdfast
