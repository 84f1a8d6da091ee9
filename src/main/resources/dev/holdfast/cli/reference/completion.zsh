#compdef holdfast
# Completion of holdfast for zsh; made by 'holdfast generate' for one version of it.

# TABLES
# Finds the command and the arguments before the cursor, then what the word at the cursor can become.
_holdfast() {
    local command='' option='' word kind
    local -a arguments place reply own found
    for word in "${(@Q)words[2,CURRENT-1]}"; do
        if [[ -n $option ]]; then
            case $option in (--repository|--ns) place+=("$option=$word") ;; esac
            option=''
        elif [[ $word == --repository=* || $word == --ns=* ]]; then
            place+=("$word")
        elif [[ $word == -* ]]; then
            _holdfast_value "$command $word"
            (( $#reply == 0 )) || option=$word
        else
            _holdfast_commands "$command"
            if (( ${reply[(I)$word:*]} )); then
                command=${command:+$command }$word
            else
                arguments+=("$word")
            fi
        fi
    done

    if [[ -n $option ]]; then
        _holdfast_value "$command $option"
    elif [[ $PREFIX == --*=* ]]; then
        _holdfast_value "$command ${PREFIX%%=*}"
        compset -P '*='
    elif [[ $PREFIX == -* ]]; then
        _holdfast_options "$command"
        own=("${reply[@]}")
        _holdfast_global
        _describe -o 'option' own -- reply
        return
    else
        _holdfast_commands "$command"
        if (( $#reply )); then
            _describe 'command' reply
            return
        fi
        _holdfast_argument "$command $#arguments"
    fi

    for kind in "${reply[@]}"; do
        case $kind in
            (file) _files ;;
            (directory) _files -/ ;;
            (source) compset -P '*:' && _files ;;
            (\=*) compadd -- ${kind#\=} ;;
            (none) ;;
            (*)
                word=${(Q)PREFIX}
                [[ $kind != archive ]] || word=${arguments[1]:-}
                found=("${(@f)$(_call_program $kind holdfast ${(q)place} complete $kind ${(q)word:-''} </dev/null)}")
                compadd -S '' -- ${(M)found:#*/}
                compadd -- ${found:#*/}
                ;;
        esac
    done
}

_holdfast "$@"
