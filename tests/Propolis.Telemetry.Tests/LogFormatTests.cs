namespace Propolis.Telemetry.Tests;

public sealed class LogFormatTests
{
    [Theory]
    [InlineData(null, LogFormat.Text)]
    [InlineData("", LogFormat.Text)]
    [InlineData("text", LogFormat.Text)]
    [InlineData("json", LogFormat.Json)]
    public void The_environment_chooses(string? value, LogFormat expected) => Assert.Equal(expected, LogFormats.FromEnvironment(_ => value));

    [Fact]
    public void Unknown_formats_are_told() =>
        Assert.Contains("text or json", Assert.Throws<FormatException>(() => LogFormats.FromEnvironment(_ => "xml")).Message, StringComparison.Ordinal);
}
