namespace Propolis.Scenarios.Sleds;

/// <summary>What a command left: its exit code and both outputs as text.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors);
