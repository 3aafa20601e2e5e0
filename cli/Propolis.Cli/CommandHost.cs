using System.CommandLine;
using System.Net.WebSockets;
using System.Text.Json;

namespace Propolis.Cli;

/// <summary>The process around the commands: its streams and clock, and the one place where operating errors become sentences and exit codes.</summary>
sealed class CommandHost(TextWriter output, TextWriter errors, TimeProvider clock)
{
    /// <summary>Standard output.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>Standard error.</summary>
    public TextWriter Errors { get; } = errors;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Opens what is typed, as bytes.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Opens standard output, as bytes.</summary>
    public Func<Stream> OpenOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>Options of every command.</summary>
    public GlobalOptions Globals { get; } = new();

    /// <summary>An action that ends with 0, or with the exit code of the error it met.</summary>
    public Func<ParseResult, CancellationToken, Task<int>> Action(Func<CommandContext, CancellationToken, Task> act) => async (parsed, stop) =>
    {
        try
        {
            await act(new CommandContext(this, parsed), stop);
            return 0;
        }
        catch (CliException failure)
        {
            return await SayAsync(failure.Message, failure.ExitCode);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return await SayAsync("Interrupted.", CliException.Failure);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or WebSocketException or JsonException or UnauthorizedAccessException)
        {
            return await SayAsync(failure.Message, CliException.Failure);
        }
    };

    async Task<int> SayAsync(string message, int exitCode)
    {
        await Errors.WriteLineAsync($"propolis-cli: {message}");
        return exitCode;
    }
}
