namespace Propolis.Cli;

/// <summary>Ends the program with one sentence on standard error and an exit code.</summary>
sealed class CliException(string message, int exitCode = CliException.Failure, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>It was understood and did not work.</summary>
    public const int Failure = 1;

    /// <summary>It was not understood: wrong words or a wrong file.</summary>
    public const int Usage = 2;

    /// <summary>What the process returns.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>For what the user typed wrong.</summary>
    public static CliException Wrong(string message) => new(message, Usage);
}
