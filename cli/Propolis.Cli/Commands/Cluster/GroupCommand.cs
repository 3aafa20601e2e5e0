using System.CommandLine;

namespace Propolis.Cli.Commands.Cluster;

/// <summary>A noun whose verbs are commands of their own: <c>instance list</c>.</summary>
sealed class GroupCommand(string noun, string description, params ICliCommand[] verbs) : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var command = new Command(noun, description);
        foreach (var verb in verbs) command.Add(verb.Build(host));
        return command;
    }
}
