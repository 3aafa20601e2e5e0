namespace Propolis.Server.Tests;

public sealed class ServerArgumentsTests
{
    [Theory]
    [InlineData("rom.fd 127.0.0.1:12400", "rom.fd", "127.0.0.1:12400", null)]
    [InlineData("config.toml [::1]:0", "config.toml", "[::1]:0", null)]
    [InlineData("rom.fd 127.0.0.1:12400 127.0.0.1:5900", "rom.fd", "127.0.0.1:12400", "127.0.0.1:5900")]
    [InlineData("127.0.0.1:12400", null, "127.0.0.1:12400", null)]
    [InlineData("rom.fd", "rom.fd", null, null)]
    [InlineData("", null, null, null)]
    public void Words_are_told_apart(string words, string? source, string? listen, string? vnc)
    {
        var (file, address, screen) = ServerArguments.Split(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((source, listen, vnc), (file, address?.ToString(), screen?.ToString()));
    }

    [Theory]
    [InlineData("rom.fd elsewhere")]
    [InlineData("rom.fd 127.0.0.1:12400 nowhere")]
    [InlineData("127.0.0.1:1 127.0.0.1:2 127.0.0.1:3")]
    public void Words_that_make_no_sense_are_refused(string words) =>
        Assert.Throws<UsageException>(() => ServerArguments.Split(words.Split(' ')));

    [Theory]
    [InlineData("run")]
    [InlineData("run 127.0.0.1:0")]
    [InlineData("run /nowhere/rom.fd 127.0.0.1:0")]
    [InlineData("run --kernel /nowhere/vmlinuz --listen 127.0.0.1:0")]
    [InlineData("run --kernel k --bootrom b --listen 127.0.0.1:0")]
    [InlineData("run b --listen here")]
    [InlineData("walk")]
    public async Task A_wrong_command_line_ends_with_2_and_one_line(string line)
    {
        var errors = new StringWriter();

        Assert.Equal(2, await ServerCommand.RunAsync(line.Split(' '), TextWriter.Null, errors));
        Assert.Single(errors.ToString().Trim().Split('\n'));
    }

    [Theory]
    [InlineData("info", "Information")]
    [InlineData("warn", "Warning")]
    [InlineData("Information", "Information")]
    [InlineData("loud", null)]
    public void Levels_of_the_log_have_the_words_of_the_original(string word, string? level)
    {
        string? told = null;

        var found = LogLevelWords.Of(word, error => told = error);

        Assert.Equal(level is null, told is not null);
        if (level is not null) Assert.Equal(level, found.ToString());
    }
}
