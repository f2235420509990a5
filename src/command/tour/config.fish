set -g fish_greeting
nexus-env hook fish | source
function fish_prompt
end
function tour_began --on-event fish_preexec
    printf '\003'
end
function tour_ended --on-event fish_prompt
    printf '\001%s\002' $status
end
