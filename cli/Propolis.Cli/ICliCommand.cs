using System.CommandLine;

namespace Propolis.Cli;

/// <summary>One command: its words on the command line, and what it does. One class each; <see cref="CliProgram"/> lists them.</summary>
interface ICliCommand
{
    /// <summary>Makes the command. Its action goes through <see cref="CommandHost.Action"/>, which turns every operating error into a sentence and an exit code.</summary>
    Command Build(CommandHost host);
}
