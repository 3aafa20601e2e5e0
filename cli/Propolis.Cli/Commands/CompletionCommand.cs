using System.CommandLine;

namespace Propolis.Cli.Commands;

/// <summary><c>completion SHELL</c>: prints what makes a shell complete this program's words; the program itself knows them (<c>[suggest]</c>).</summary>
sealed class CompletionCommand : ICliCommand
{
    const string Bash = """
        _propolis_cli() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(propolis-cli "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _propolis_cli propolis-cli
        """;

    const string Zsh = """
        #compdef propolis-cli
        _propolis_cli() {
            local words=("${(@f)$(propolis-cli "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a words
        }
        compdef _propolis_cli propolis-cli
        """;

    const string Fish = """
        complete -f -c propolis-cli -a '(propolis-cli "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    readonly Argument<string> _shell = new("shell") { Description = "bash, zsh or fish" };

    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command("completion", "prints the completion script of a shell") { _shell };
        command.SetAction(host.Action((context, _) => host.Output.WriteLineAsync(Script(context.Get(_shell)))));
        return command;
    }

    static string Script(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => throw CliException.Wrong($"'{shell}' is no shell with a script here; bash, zsh and fish are."),
    };
}
