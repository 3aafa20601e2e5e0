namespace Propolis.Disks.Tests;

/// <summary>Waits for a state, with a limit.</summary>
static class Waiting
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task Until(Func<bool> holds, Func<string> describe)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 3000, describe());
            await Task.Delay(20);
        }
    }
}
