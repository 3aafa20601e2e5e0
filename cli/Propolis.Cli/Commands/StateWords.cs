using Propolis.Contracts.Server;

namespace Propolis.Cli.Commands;

/// <summary>The words for wanted states.</summary>
static class StateWords
{
    /// <summary>The state that a word asks for.</summary>
    public static InstanceStateRequested Of(string word) => word switch
    {
        "run" => InstanceStateRequested.Run,
        "stop" => InstanceStateRequested.Stop,
        "reboot" => InstanceStateRequested.Reboot,
        _ => throw CliException.Wrong($"'{word}' is no state to ask for; run, stop and reboot are."),
    };
}
