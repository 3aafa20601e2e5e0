using Propolis.Contracts.Instances;

namespace Propolis.Cli.Cluster;

/// <summary><c>--group NAME:apart[:required]</c>.</summary>
static class GroupOptions
{
    /// <summary>Reads one.</summary>
    public static PlacementGroup Read(string text) => text.Split(':') switch
    {
        [{ Length: > 0 } name, var rule] when Words.TryRead<GroupRule>(rule, out var value) => new() { Name = name, Rule = value },
        [{ Length: > 0 } name, var rule, "required"] when Words.TryRead<GroupRule>(rule, out var value) => new() { Name = name, Rule = value, Required = true },
        _ => throw CliException.Wrong($"--group is '{text}'; it must be NAME:apart or NAME:together, with :required behind it not to start otherwise."),
    };
}
