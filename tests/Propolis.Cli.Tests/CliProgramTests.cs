using System.CommandLine;

namespace Propolis.Cli.Tests;

public sealed class CliProgramTests
{
    [Theory]
    [InlineData("fly")]
    [InlineData("get", "--wings")]
    [InlineData("--silo", "over there", "get")]
    [InlineData("-p", "70000", "get")]
    public async Task Words_that_are_not_understood_end_with_2_and_one_line(params string[] args)
    {
        var (code, output, errors) = await Cli.RunAsync(args);

        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.StartsWith("propolis-cli: ", errors);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_with_1_and_says_where_it_looked()
    {
        var (code, _, errors) = await Cli.RunAsync("-s", "127.0.0.1", "-p", "1", "get");

        Assert.Equal(1, code);
        Assert.Contains("127.0.0.1:1", errors);
    }

    [Fact]
    public void Every_command_says_what_it_does()
    {
        var root = CliProgram.BuildRoot(new CommandHost(TextWriter.Null, TextWriter.Null, TimeProvider.System));

        Assert.NotEmpty(root.Subcommands);
        Assert.All(All(root), command => Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name));
    }

    static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
