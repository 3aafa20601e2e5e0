using Propolis.Crucible.Extents;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary>Turns operating errors into one sentence on standard error and exit code 1.</summary>
static class CommandErrors
{
    /// <summary>Runs a command's work.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> work, TextWriter errors)
    {
        try
        {
            return await work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            await errors.WriteLineAsync($"crucible-downstairs: {error.Message}");
            return 1;
        }
    }

    /// <summary>An option's value, or a sentence that it is missing.</summary>
    public static T Need<T>(T? value, string option)
        where T : class => value ?? throw new RegionException($"{option} is needed");
}
