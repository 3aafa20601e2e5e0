using System.Diagnostics;

namespace Propolis.Scenarios.Sleds;

/// <summary>Starts programs of this machine and waits for them with a limit.</summary>
static class Commands
{
    /// <summary>Starts a program with all three streams redirected.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Checkout.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start) ?? throw new ScenarioException($"{program} did not start.");
    }

    /// <summary>Runs a program to its end. Throws <see cref="ScenarioException"/> with its output so far when <paramref name="limit"/> passes.</summary>
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, Stream? input, TimeSpan limit, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(program, arguments, environment);
        using var deadline = new CancellationTokenSource(limit);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await FeedAsync(process, input, deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new CommandResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new ScenarioException($"'{program} {string.Join(' ', process.StartInfo.ArgumentList)}' took more than {limit.TotalSeconds} s.");
        }
    }

    static async Task FeedAsync(Process process, Stream? input, CancellationToken stop)
    {
        try
        {
            if (input is not null) await input.CopyToAsync(process.StandardInput.BaseStream, stop);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading all of it; its exit code tells whether that was right.
        }
    }
}
