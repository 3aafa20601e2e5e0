namespace Propolis.Cli.Tests;

/// <summary>Runs the program in this process and keeps what it wrote.</summary>
static class Cli
{
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        var errors = new StringWriter();
        var code = await CliProgram.RunAsync(args, new CommandHost(output, errors, TimeProvider.System));
        return (code, output.ToString(), errors.ToString());
    }
}
