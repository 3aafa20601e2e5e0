namespace Propolis.Server;

/// <summary>The command line, or the configuration that it names, is wrong: one sentence, and exit code 2.</summary>
sealed class UsageException(string message) : Exception(message);
