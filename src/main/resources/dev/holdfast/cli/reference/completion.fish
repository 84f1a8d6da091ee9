# Completion of holdfast for fish; made by 'holdfast generate' for one version of it.

# TABLES
# Prints what the word at the cursor can become: finds the command and the arguments before it first.
function __holdfast_complete
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l name ''
    set -l option ''
    set -l arguments
    set -l place
    for word in $tokens[2..-1]
        if test -n "$option"
            contains -- $option --repository --ns; and set -a place "$option=$word"
            set option ''
        else if string match -q -- '--repository=*' $word; or string match -q -- '--ns=*' $word
            set -a place $word
        else if string match -q -- '-*' $word
            test -n "$(__holdfast_value "$name $word")"; and set option $word
        else if contains -- $word (__holdfast_commands $name | string split -f1 \t)
            set name (string trim "$name $word")
        else
            set -a arguments $word
        end
    end

    set -l kinds
    if test -n "$option"
        set kinds (__holdfast_value "$name $option" | string split -f1 \t)
    else if string match -q -- '--*=*' $current
        set -l parts (string split -m1 = -- $current)
        for kind in (__holdfast_value "$name $parts[1]" | string split -f1 \t)
            __holdfast_offer $kind "$parts[2]" | string replace -r -- '^' "$parts[1]="
        end
        return
    else if string match -q -- '-*' $current
        __holdfast_options $name
        __holdfast_global
        return
    else if test -n "$(__holdfast_commands $name)"
        __holdfast_commands $name
        return
    else
        set kinds (__holdfast_argument "$name $(count $arguments)" | string split -f1 \t)
    end
    for kind in $kinds
        __holdfast_offer $kind "$current" "$arguments[1]" $place
    end
end

# Prints the values of a kind; for the others the repository is asked.
function __holdfast_offer --argument-names kind current snapshot
    switch $kind
        case file
            __fish_complete_path $current
        case directory
            __fish_complete_directories $current
        case source
            if string match -q -- '*:*' $current
                set -l parts (string split -m1 : -- $current)
                __fish_complete_path $parts[2] | string replace -r -- '^' "$parts[1]:"
            end
        case '=*'
            string sub -s 2 -- $kind
        case none
        case archive
            command holdfast $argv[4..-1] complete $kind "$snapshot" </dev/null 2>/dev/null
        case '*'
            command holdfast $argv[4..-1] complete $kind "$current" </dev/null 2>/dev/null
    end
end

complete -c holdfast -f -a '(__holdfast_complete)'
